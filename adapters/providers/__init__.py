"""The providers of a server: their table, who is asked, what happens when one fails, and what is found."""
