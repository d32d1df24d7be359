//! Progress: what the browser keeps of a reader, and how it is exported and cleared.
