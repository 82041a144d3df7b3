"""What all ways in share: languages, templates, links, headers, compression, page cache."""
