//! A module of this lab alone: see `lab::page!`.
#![no_main]

lab::page!(&lab::head_of_line::LAB);
