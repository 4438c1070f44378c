"""The whole queue in plain Python, to hold a real one against: lists, loops, no cleverness."""

from dataclasses import dataclass, field

from reviewer.model.language_tags import takes
from reviewer.model.task import Lease

SKIPS_TO_LEAD = 3
DONE = ("submitted", "qa_pending", "accepted")
HELD = ("with_lead", "exported", "purged", "quarantined")


@dataclass
class ModelTask:
    clip: str
    number: int
    state: str = "open"
    person: str | None = None
    until: float = 0.0
    lease: Lease | None = None
    submission: str | None = None
    author: str | None = None
    is_prefetch: bool = False
    is_taken_back: bool = False
    draw_id: str | None = None

    @property
    def is_of_author(self) -> bool:
        """Whether it is returned work in the hands of who did it."""
        return self.author is not None and self.author == self.person


@dataclass
class ModelClip:
    locale: str = "und"
    skill: str = ""
    priority: int = 0
    held: str = ""
    refusals: int = 0
    had_by: set[str] = field(default_factory=set)


@dataclass
class QueueModel:
    """Clips are added with rising sort keys, so ``tasks`` of one priority are in the queue's order."""

    tasks: list[ModelTask] = field(default_factory=list)
    clips: dict[str, ModelClip] = field(default_factory=dict)
    languages: dict[str, list[str]] = field(default_factory=dict)
    skills: dict[str, list[str]] = field(default_factory=dict)

    def add(self, clip: str, passes: int, locale: str = "und") -> None:
        self.clips[clip] = ModelClip(locale)
        self.tasks += [ModelTask(clip, number) for number in range(1, passes + 1)]

    def claim(self, person: str, now: float) -> ModelTask | None:
        """The task that must be leased now; lapsed ones that were out too often go to the lead."""
        waiting = self.waiting(person, now)
        order = {"leased": 0, "returned": 1}
        for task in sorted(waiting, key=lambda task: order[task.state] if task.person == person else 2):
            if task.state == "leased" and not task.is_prefetch:
                self.refuse(task)
            if not self.clips[task.clip].held:
                return task
        return None

    def claim_prefetch(self, person: str, now: float) -> ModelTask | None:
        """The task that must be the person's prefetch lease now."""
        for task in self.prefetched_of(person):
            if not self.clips[task.clip].held:
                return task
            self.give_back(task)
        waiting = self.waiting(person, now)
        returned = [task for task in waiting if task.state == "returned"]
        if returned:
            return returned[0]
        colleagues = {
            task.person
            for task in self.tasks
            if task.state == "leased"
            and not task.is_prefetch
            and task.until > now
            and task.person != person
            and self.fits(person, task)
        }
        spare = [task for task in self.tasks if task.state == "open" and not self.clips[task.clip].held]
        spare = [task for task in spare if self.fits(person, task)]
        found = [task for task in waiting if task.state == "open"]
        return found[0] if found and len(spare) > max(1, len(colleagues)) else None

    def prefetched_of(self, person: str) -> list[ModelTask]:
        return [task for task in self.tasks if task.is_prefetch and task.person == person]

    def give_back(self, task: ModelTask) -> None:
        """The prefetch lease ends, and nobody had the task."""
        task.is_prefetch = False
        self.release(task)

    def waiting(self, person: str, now: float) -> list[ModelTask]:
        """Every task that could be this person's next."""
        found = []
        for task in self.tasks:
            clip = self.clips[task.clip]
            lapsed = task.state == "leased" and task.until <= now
            lapsed = lapsed and not (task.is_prefetch and task.is_of_author) and not task.is_taken_back
            barred = not self.fits(person, task) or person in clip.had_by or self._works_on(task.clip, person)
            is_own = task.person == person and (task.state == "returned" or task.is_prefetch)
            if not clip.held and (is_own or (not barred and (task.state == "open" or lapsed))):
                found.append(task)
        return sorted(found, key=lambda task: -self.clips[task.clip].priority)

    def fits(self, person: str, task: ModelTask) -> bool:
        clip = self.clips[task.clip]
        has_skill = not clip.skill or clip.skill in self.skills.get(person, [])
        return has_skill and takes(self.languages.get(person, []), clip.locale)

    def nobody_can_take(self, people: list[str], now: float) -> int:
        free = [task for task in self.tasks if not self.clips[task.clip].held]
        free = [
            task
            for task in free
            if task.state == "open"
            or (task.state == "leased" and task.until <= now and not (task.is_prefetch and task.is_of_author))
        ]
        return sum(not any(self.could_take(person, task) for person in people) for task in free)

    def could_take(self, person: str, task: ModelTask) -> bool:
        had = person in self.clips[task.clip].had_by or self._works_on(task.clip, person)
        return self.fits(person, task) and not had

    def refuse(self, task: ModelTask, *, counts: bool = True) -> None:
        """A skip or an expiry by the task's holder."""
        clip = self.clips[task.clip]
        clip.had_by.add(task.person)
        clip.refusals += counts
        task.state, task.person, task.is_taken_back = "open", None, False
        if clip.refusals >= SKIPS_TO_LEAD and not clip.held:
            clip.held = "with_lead"

    def to_draw(self, now: float) -> list[ModelTask]:
        """What a draw decides about: submitted work, also such as was taken back and expired."""
        return [
            task
            for task in self.tasks
            if task.state == "submitted" or (task.is_taken_back and task.until <= now)
        ]

    def release(self, task: ModelTask) -> None:
        if task.is_taken_back:
            task.state, task.is_taken_back = "submitted", False
        elif task.is_of_author:
            task.state = "returned"
        else:
            task.state, task.person = "open", None

    def submit(self, task: ModelTask, submission: str) -> None:
        task.state, task.submission, task.author = "submitted", submission, task.person
        task.is_taken_back, task.draw_id = False, task.draw_id or submission
        self.clips[task.clip].had_by.add(task.person)

    def holder_of(self, lease: Lease) -> ModelTask | None:
        """The task whose present lease this is."""
        found = [task for task in self.tasks if task.state == "leased" and task.lease == lease]
        return found[0] if found else None

    def state_of(self, clip: str) -> str:
        if self.clips[clip].held:
            return self.clips[clip].held
        states = {task.state for task in self.tasks if task.clip == clip}
        if states == {"accepted"}:
            return "final"
        if states <= set(DONE):
            return "reviewed"
        return "ready" if states == {"open"} else "in_review"

    def _works_on(self, clip: str, person: str) -> bool:
        return any(task.clip == clip and task.person == person for task in self.tasks)
