"""What happened in all conversations, in memory and in columns: search and monitoring ask here, not the store."""
