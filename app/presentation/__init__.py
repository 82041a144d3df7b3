"""What several blueprints show, built from facts, readings and cases."""
