"""The look of the product: the shell around every page, its menu, form rendering, template tags and components."""
