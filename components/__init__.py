"""What pages are made of: selection, filters, maps, tables, sentences, provenance."""
