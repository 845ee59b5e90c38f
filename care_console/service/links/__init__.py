"""Links: their codes, how long they live, and issuing them anew."""
