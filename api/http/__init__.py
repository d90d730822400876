"""What every answer passes: host, identity, rate limit, entity tag, problem document, paging."""
