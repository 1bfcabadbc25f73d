"""接入体检: per device, what conforms to the contract and what does not, with rows and remedy."""
