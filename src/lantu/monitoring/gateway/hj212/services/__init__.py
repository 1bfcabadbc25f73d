"""What people do with HJ 212 stations, one transaction each."""
