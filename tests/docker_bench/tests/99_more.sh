#!/bin/bash
section 99 "Of the community"
verdict C.1 "A check without a number of the benchmark" INFO "x86_64"
end_section
