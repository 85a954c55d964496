"""What still goes on: processes and clocks that are not over, running or standing still."""

from app.domain.vocabulary import ProcessStatus, TimerState

GOING = (ProcessStatus.RUNNING, ProcessStatus.SUSPENDED)
TICKING = (TimerState.ARMED, TimerState.SUSPENDED)
