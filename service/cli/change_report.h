// Changes of jobs' specs in words.
#pragma once

#include <string>
#include <vector>

#include "tune/v1/changes.pb.h"

namespace tune {

// Id, when it began, job, state, who, what changed, how it ended or why it was made.
std::vector<std::string> ChangeHeadings();
std::vector<std::string> ChangeCells(const v1::Change& change);

// "change 7 of team-a/orders is stable: the job runs with the new values"; of a dry run without its id. With why.
std::string StateSentence(const v1::Change& change);

// "generation 4 → 5, back with 6"
std::string GenerationsText(const v1::Change& change);

// A line for each field: what was, what comes, who owned it. To standard output, as all below.
void PrintFields(const v1::Change& change);
// The same of a change that is taken back.
void PrintFieldsBack(const v1::Change& change);
void PrintEvent(const v1::ChangeEvent& event);
// All that is known of it.
void PrintChange(const v1::Change& change);

// "everyone: paused since 2026-11-21 08:27:31 UTC by ann: maintenance"
std::string PauseText(const v1::Pause& pause);

}  // namespace tune
