"""Parts of screens that know no business."""
