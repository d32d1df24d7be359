//! Quizzes: questions that are answered by keyboard, and what is said to an answer.
