//! Judges a solution: is it right, and does it stay small?
