"""What is done against pollution: dated measures, and techniques known to cut emissions."""
