"""``python -m bench [name …]``."""

from bench.run import main

if __name__ == "__main__":
    main()
