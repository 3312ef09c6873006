"""What-ifs as runs: a question's points are parts that any worker takes."""
