"""Mistakes with `accord.compat.openai` that a type checker must see. Never run; every line marked `error` has to be one."""

from accord.compat.openai import OpenAI

client = OpenAI(api_key="sk-test")
OpenAI(api_key=5)  # error
OpenAI(key="sk-test")  # error
client.chat.completions.create(model="m", messages=[{"role": "user"}], temprature=1)  # error
client.chat.completions.create(model=5, messages=[{"role": "user"}])  # error
client.chat.completions.create(messages=[{"role": "user"}])  # error
client.chat.completions.create(model="m", messages=[{"role": "user"}], reasoning_effort="hard")  # error
client.responses.create(model="m", input=5)  # error
client.embeddings.create(model="m")  # error
client.chat.completions.create(model="m", messages=[]).choices[0].message.content.upper()  # error
client.files  # error
client.chat.completions.retrieve  # error
number = client.chat.completions.parse(model="m", messages=[], response_format=int)
number.choices[0].message.parsed.bit_count()  # error
client.chat.completions.parse(model="m", messages=[], temprature=1)  # error
client.chat.completions.parse(model="m")  # error
client.chat.completions.stream(model="m", messages=[], stream=True)  # error
client.responses.parse(model="m", text_format=5)  # error
client.completions.create(model="m")  # error
client.audio.transcriptions.create(model="whisper-1")  # error
client.moderations.create(input=5)  # error
client.images.edit(prompt="x")  # error
client.models.retrieve(5)  # error
