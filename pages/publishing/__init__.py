"""Pages: releases and council papers."""
