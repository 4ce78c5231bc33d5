"""What the settings pages do: uploads, drafts of shop.yaml, and jobs (dry run, publishing) in processes of their own."""
