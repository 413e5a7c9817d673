"""Google's Gemini API as the fake plays it: generateContent, counting tokens, embeddings, and the list of models."""
