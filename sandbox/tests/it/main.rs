//! The stand-in behaves like GitHub where the product looks.

mod api;
mod contract;
mod faults;
mod git;
mod pages;
mod setting;
mod webhooks;
