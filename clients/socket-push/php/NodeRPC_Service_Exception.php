<?php

/** A call that was not answered with a result; the message is what the gateway said. */
class NodeRPC_Service_Exception extends Exception
{
}
