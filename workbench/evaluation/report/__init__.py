"""A judgement for people and machines: Markdown, HTML, JUnit XML, JSON, annotations."""
