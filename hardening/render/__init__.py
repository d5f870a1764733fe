"""A report in the forms that people and their tools read; text from the cluster is made harmless in each."""
