//! Every operation on limbs, compiled for the machine this runs on, against another implementation of words.
