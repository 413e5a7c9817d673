"""Mistakes that a type checker must see. Never run; every line marked `error` has to be one."""

from accord import Client, Compatible, OpenAI, Options, user

client = Client(OpenAI(api_key="sk-test"))
client.chat_completion(5)  # error
client.chat_completion("Hello", temperature=1)  # error
client.chat_completion("Hello", options=Options(retry=1))  # error
OpenAI(api_key=5)  # error
OpenAI(key="sk-test")  # error
user(5)  # error
client.chat_completion("Hello").txt  # error
Client(Compatible(base_url="http://127.0.0.1:1/v1", dialect="gpt"))  # error
