//! The reference interpreter: plain, safe, the text that others are judged by.
