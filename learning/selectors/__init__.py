"""What is read of courses, for learners, for those who keep courses, and for everybody."""
