"""What grave hazards need beside the ordinary path: plans, stop-work orders, listed supervision 挂牌督办."""
