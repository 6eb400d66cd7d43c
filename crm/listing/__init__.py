"""Lists of records: columns, filters, keyset pages and exports, of what the reader may see."""
