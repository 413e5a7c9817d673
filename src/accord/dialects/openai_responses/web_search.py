"""Searching the web is the one hosted tool that every provider has, under different names and with like options.

Anthropic: `web_search_20250305` and later, with `allowed_domains`, `blocked_domains`, `max_uses`, `user_location`
(https://docs.claude.com/en/docs/agents-and-tools/tool-use/web-search-tool). Gemini: `{"google_search": {}}`. OpenAI chat:
`web_search_options` (https://developers.openai.com/api/docs/guides/tools-web-search).
"""

from accord.core.json import JsonObject, as_object
from accord.core.loss import Losses
from accord.core.tool import HostedTool
from accord.dialects.openai_responses.wire import Item, present

WEB_SEARCH = "web_search"


def web_search(tool: HostedTool, losses: Losses, path: str) -> Item | None:
    """The provider's own search for another wire's; `None` for any other hosted tool, which is left out."""
    if tool.dialect == "anthropic_messages" and str(tool.raw.get("type", "")).startswith(WEB_SEARCH):
        if tool.cache is not None or "cache_control" in tool.raw:
            losses.advise(f"{path}.cache", "the provider caches long prompts without being told where")
        return _of_anthropic(tool.raw, losses, path)
    if tool.dialect == "gemini" and ("google_search" in tool.raw or "googleSearch" in tool.raw):
        for key in as_object(tool.raw.get("google_search") or tool.raw.get("googleSearch")) or {}:
            losses.advise(f"{path}.{key}", "this provider's search has no such limit")
        return {"type": WEB_SEARCH}
    options = as_object(tool.raw.get("web_search_options"))
    if tool.dialect == "openai_chat" and options is not None:
        return of_chat_options(options)
    losses.advise(path, f"{tool.name} is a tool that only another provider runs")
    return None


def of_chat_options(options: JsonObject) -> Item:
    """What `web_search_options` of chat completions ask for."""
    place = as_object(options.get("user_location"))
    where = None if place is None else {"type": "approximate", **(as_object(place.get("approximate")) or {})}
    return {
        "type": WEB_SEARCH,
        **present({"search_context_size": options.get("search_context_size"), "user_location": where}),
    }


def _of_anthropic(raw: JsonObject, losses: Losses, path: str) -> Item:
    domains = raw.get("allowed_domains")
    for key in ("blocked_domains", "max_uses"):
        if raw.get(key) is not None:
            losses.advise(f"{path}.{key}", "this provider's search has no such limit")
    filters = None if domains is None else {"allowed_domains": domains}
    return {"type": WEB_SEARCH, **present({"filters": filters, "user_location": raw.get("user_location")})}
