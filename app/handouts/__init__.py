"""What a person takes along from a plan: a QR code, a sheet to print, a text to read out."""
