"""The demo company: people, clients and contacts of our own making, the same at every making."""
