"""Read once at start: what the applets declare."""

from lantu.lifecycle.registering import read

read("figures")
