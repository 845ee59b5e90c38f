"""One caller's story: who, the one sentence, the timeline, and the column of what can be done."""
