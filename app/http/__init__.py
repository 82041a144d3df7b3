"""HTTP below the pages: portal prefix, client address, rate limits, compression, page cache."""
