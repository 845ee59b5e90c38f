"""Mobile Voice Messaging itself: the API, the recipient's pages and the jobs behind them."""
