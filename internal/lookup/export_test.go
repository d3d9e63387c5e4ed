package lookup

// CachedBytes is how much the cache holds.
func (l *Client) CachedBytes() int { return l.cache.bytes }
