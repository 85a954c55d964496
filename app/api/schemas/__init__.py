"""What goes in and what comes out. Names here are the contract: extend them, never change them."""
