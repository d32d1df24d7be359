//! Labs: what a reader moves in them by keyboard, and what they answer.
