"""What all blueprints share: the site of a request, links, pages, assets, policies, errors."""
