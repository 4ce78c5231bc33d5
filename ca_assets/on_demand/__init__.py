"""Reports of any range of days, computed when a page asks for them: by the families' own code, in processes beside the web workers."""
