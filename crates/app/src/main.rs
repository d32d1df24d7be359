//! Builds the book, serves it, and holds it to its rules.

fn main() {}
