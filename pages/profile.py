"""The profile of a neighbourhood, a place, an ICS, England, or several areas taken as one."""

from components import cached, filters, profileview

build = cached.build()
selection = filters.pick_area(build, filters.current(), regions=True)
selection = profileview.pick(build, selection)
subject = profileview.subject(build, selection)
profileview.heading(subject, selection)
profileview.parts(subject)
