"""The page on which curators decide: items, queue, and a small local web application."""
