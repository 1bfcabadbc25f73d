"""What AI cameras (and people's eyes behind them) report: type, picture, confidence, place."""
