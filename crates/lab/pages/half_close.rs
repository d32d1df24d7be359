//! A module of this lab alone: see `lab::page!`.
#![no_main]

lab::page!(&lab::half_close::LAB);
