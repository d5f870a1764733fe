#!/bin/bash
section 4 Images
verdict 4.2 "Base images are trusted" NOTE
verdict 4.5 "Signed images only" WARN
end_section
