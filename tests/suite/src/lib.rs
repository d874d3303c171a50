//! Tests over the public traits of every engine.
