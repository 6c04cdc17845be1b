"""Start page, glossary, feedback, and the pages that the law demands."""
