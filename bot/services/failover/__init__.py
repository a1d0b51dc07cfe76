"""Several providers of one kind as one service: the next goes on where one fails, within the turn.

    switchboard   what all calls of a process know of the providers: breakers, first-byte times
    branch        one provider's service, asked for one thing at a time
    asking        asks one provider after the other until one answers
    llm, tts, stt the three kinds

Pipecat's ServiceSwitcher cannot do this: it chooses who gets the next frame, and moves on only when
a service declares itself unusable. The request under way is lost with it, nothing is timed, and
what the failed service had begun is neither finished nor known. It is also a ParallelPipeline,
which keeps the id of every frame that passes, for ever, and gives every audio frame to every
member.
"""
