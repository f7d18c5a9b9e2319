"""What any device is measured with, whichever it is: clocks, fixed work, peaks, memory, operators."""
